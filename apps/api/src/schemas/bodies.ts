import { z } from 'zod';
import { amount, currencyCode, details, metadata, walletId } from './fields.js';

/** One flush writes a command as a whole; 100 legs are 200 events, which still leaves room for others. */
export const LEGS_MAX = 100;

export const openWalletBody = z
  .strictObject({
    walletId: walletId.optional(),
    homeRegion: z.string().min(1).max(64).optional().meta({
      description: 'Where the wallet lives. By default the region of this service.',
      example: 'local',
    }),
    metadata: metadata.optional(),
  })
  .meta({ id: 'OpenWallet' });

export const movementBody = z.strictObject({ amount, currency: currencyCode, ...details }).meta({ id: 'Movement' });

export const limitBody = z
  .strictObject({
    currency: currencyCode,
    overdraft: amount.meta({ description: 'How far below zero the balance may go; 0 forbids it.' }),
  })
  .meta({ id: 'OverdraftLimit' });

export const rehomeBody = z
  .strictObject({
    homeRegion: z.string().min(1).max(64).meta({ description: 'A region of this installation.', example: 'eu-east' }),
  })
  .meta({ id: 'Rehome' });

export const leg = z
  .strictObject({
    from: walletId.meta({ description: 'Who pays.' }),
    to: walletId.meta({ description: 'Who receives.' }),
    amount,
    currency: currencyCode,
  })
  .meta({ id: 'TransferLeg' });

export const transferBody = z.union([
  z.strictObject({ ...leg.shape, ...details }).meta({ id: 'OneLegTransfer' }),
  z
    .strictObject({ legs: z.array(leg).min(1).max(LEGS_MAX), ...details })
    .meta({ id: 'MultiLegTransfer', description: 'All or none. Each leg is decided on what the one before it left.' }),
]);

export type OpenWalletBody = z.infer<typeof openWalletBody>;
export type MovementBody = z.infer<typeof movementBody>;
export type RehomeBody = z.infer<typeof rehomeBody>;
export type LimitBody = z.infer<typeof limitBody>;
export type TransferBody = z.infer<typeof transferBody>;
