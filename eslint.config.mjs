import nx from '@nx/eslint-plugin';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

// The one-way street of docs/architecture.md: each layer may import only what stands on its line.
const layers = {
  'layer:money': [],
  'layer:wallet': ['layer:money'],
  'layer:database': [],
  'layer:event-store': ['layer:database', 'layer:wallet', 'layer:money', 'layer:observability'],
  'layer:projections': ['layer:event-store', 'layer:database', 'layer:wallet', 'layer:money', 'layer:observability'],
  'layer:following': [
    'layer:projections',
    'layer:event-store',
    'layer:database',
    'layer:wallet',
    'layer:money',
    'layer:observability',
  ],
  'layer:rebuilding': [
    'layer:following',
    'layer:projections',
    'layer:event-store',
    'layer:database',
    'layer:wallet',
    'layer:money',
    'layer:observability',
  ],
  'layer:operations': [
    'layer:rebuilding',
    'layer:following',
    'layer:projections',
    'layer:event-store',
    'layer:database',
    'layer:wallet',
    'layer:money',
    'layer:observability',
  ],
  'layer:doctor': [
    'layer:rebuilding',
    'layer:projections',
    'layer:event-store',
    'layer:database',
    'layer:wallet',
    'layer:money',
  ],
  'layer:observability': [],
  'layer:application': [
    'layer:operations',
    'layer:rebuilding',
    'layer:following',
    'layer:projections',
    'layer:event-store',
    'layer:database',
    'layer:wallet',
    'layer:money',
    'layer:observability',
  ],
  'layer:importing': [
    'layer:application',
    'layer:event-store',
    'layer:database',
    'layer:wallet',
    'layer:money',
    'layer:observability',
  ],
};
const everyLib = Object.keys(layers);
const constraints = Object.entries({
  ...layers,
  // For demonstrations and tests; the services know nothing of it.
  'layer:local-cluster': ['layer:database'],
  'layer:testing': [...everyLib, 'layer:local-cluster'],
  'layer:app': everyLib,
  'layer:bench': [...everyLib, 'layer:local-cluster'],
  'layer:cli': [...everyLib, 'layer:app', 'layer:bench', 'layer:local-cluster'],
}).map(([sourceTag, onlyDependOnLibsWithTags]) => ({ sourceTag, onlyDependOnLibsWithTags }));

// The pure core: no framework, no driver, no Node, no clock, no randomness.
const impure = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          group: ['@nestjs/*', 'pg', 'drizzle-orm', 'drizzle-orm/*', 'node:*'],
          message: 'libs/money and libs/wallet are pure.',
        },
      ],
    },
  ],
  'no-restricted-globals': ['error', 'Date', 'process', 'setTimeout', 'crypto', 'performance'],
  'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Randomness is a parameter.' }],
};

// A pattern takes linear time on every input: callers choose the input, and one slow match stops the process for everybody.
const linearPatterns = {
  files: ['**/*.ts', '**/*.mjs'],
  plugins: { regexp },
  rules: {
    'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    'regexp/no-super-linear-move': ['error', { report: 'potential' }],
  },
};

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.tidemark', 'test/typed-client/generated'] },
  linearPatterns,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommended],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: [], depConstraints: constraints }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['libs/money/src/**/*.ts', 'libs/wallet/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: impure,
  },
  {
    files: ['**/*.ts'],
    ignores: ['libs/money/src/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'decimal.js', message: 'Money is exact or refused: use @tidemark/money.' }] },
      ],
    },
  },
);
