import type { ProblemTypeAnswer } from './problem.schema.js';

/** @returns the page about a kind of problem, for people who follow the `type` of a problem in a browser */
export function problemPage({ code, status, title, meaning, remedy }: ProblemTypeAnswer): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${code} – Tidemark</title>
    <style>body { font: 1rem/1.5 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
  </head>
  <body>
    <h1>${inHtml(title)}</h1>
    <p>HTTP ${status}, <code>${code}</code></p>
    <h2>What it means</h2>
    <p>${inHtml(meaning)}</p>
    <h2>What to do</h2>
    <p>${inHtml(remedy)}</p>
    <p><a href="/docs">All endpoints</a></p>
  </body>
</html>
`;
}

/** @param text of our own, in which code stands between backticks */
function inHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replaceAll(/`([^`]*)`/g, '<code>$1</code>');
}
