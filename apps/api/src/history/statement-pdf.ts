import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { setImmediate as othersFirst } from 'node:timers/promises';
import type { RangeBalance } from '@tidemark/application';
import type { MovementLine } from '../schemas/answers.js';

/** What a statement says above its lines. */
export interface StatementHead {
  readonly walletId: string;
  readonly by: 'booking' | 'effective';
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly reference?: string | undefined;
  readonly balances: readonly RangeBalance[];
}

/** The standard fonts of PDF have western letters only. This one has Latin, Greek and Cyrillic. */
const require = createRequire(import.meta.url);
const FONT = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
const BOLD = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');

const MARGIN = 40;
const LINE_HEIGHT = 13;
const TEXT_SIZE = 7.5;
/** Left edge and width of each column, in points of an A4 page; amounts end at their right edge. A text in less than `sizeMin` is cut off. */
const COLUMNS = [
  { title: 'Time (UTC)', x: 40, width: 82, align: 'left', sizeMin: 0 },
  { title: 'What', x: 124, width: 92, align: 'left', sizeMin: 5 },
  { title: 'Reference, description', x: 218, width: 138, align: 'left', sizeMin: 5 },
  { title: 'Amount', x: 358, width: 90, align: 'right', sizeMin: 0 },
  { title: 'Balance', x: 450, width: 105, align: 'right', sizeMin: 0 },
] as const;
/** Lines that are written before others get a turn: some 5 ms. */
const LINES_AT_ONCE = 25;

/**
 * A statement as PDF, written as it is sent. An error of `pages` ends the stream with it.
 *
 * @param pages lines that the caller has bounded: all of the document is in memory until it has been sent
 */
export async function statementPdf(
  head: StatementHead,
  pages: AsyncIterable<readonly MovementLine[]>,
): Promise<Readable> {
  // Loading it takes 100 ms, which a process that is asked for no PDF does not spend.
  const { default: PDFDocument } = await import('pdfkit');
  const doc = new PDFDocument({ size: 'A4', margin: MARGIN, info: { Title: `Statement of wallet ${head.walletId}` } });
  doc.registerFont('plain', FONT).registerFont('bold', BOLD);
  writeAll(doc, head, pages).catch((error: unknown) => doc.destroy(error as Error));
  return doc as unknown as Readable;
}

async function writeAll(
  doc: PDFKit.PDFDocument,
  head: StatementHead,
  pages: AsyncIterable<readonly MovementLine[]>,
): Promise<void> {
  let y = writeHead(doc, head);
  y = writeRow(doc, y, titles(), 'bold');
  let written = 0;
  for await (const page of pages) {
    for (const line of page) {
      if (y + LINE_HEIGHT > doc.page.height - MARGIN) {
        doc.addPage();
        y = writeRow(doc, MARGIN, titles(), 'bold');
      }
      y = writeRow(doc, y, cellsOf(line, head.by), 'plain');
      if (++written % LINES_AT_ONCE === 0) await othersFirst();
    }
  }
  if (written === 0) writeRow(doc, y, ['no movements'], 'plain');
  doc.end();
}

function writeHead(doc: PDFKit.PDFDocument, { walletId, by, from, to, reference, balances }: StatementHead): number {
  doc.font('bold').fontSize(14).text(`Statement of wallet ${walletId}`, MARGIN, MARGIN);
  const span = `${from ?? 'the beginning'} to ${to ?? 'now'} (${by} time, the end not included)`;
  doc.font('plain').fontSize(9).text(span);
  if (reference !== undefined) doc.text(`only lines with the reference ${reference}; the balances are of all lines`);
  doc.moveDown();
  for (const { currency, opening, closing } of balances) {
    doc.text(`${currency}: opening balance ${opening.toString()}, closing balance ${closing.toString()}`);
  }
  return doc.moveDown().y;
}

/** @returns where the next row begins */
function writeRow(doc: PDFKit.PDFDocument, y: number, cells: readonly string[], font: 'plain' | 'bold'): number {
  doc.font(font);
  cells.forEach((cell, i) => {
    const { x, width, align, sizeMin } = COLUMNS[i]!;
    // Smaller rather than cut off: an amount without its end would be another amount.
    const fitting = (TEXT_SIZE * width) / doc.fontSize(TEXT_SIZE).widthOfString(cell);
    doc.fontSize(Math.max(sizeMin, Math.min(TEXT_SIZE, fitting * 0.99)));
    doc.text(cell, x, y, { width, align, height: LINE_HEIGHT, lineBreak: false, ellipsis: sizeMin > 0 });
  });
  return y + LINE_HEIGHT;
}

function titles(): string[] {
  return COLUMNS.map(({ title }) => title);
}

function cellsOf(line: MovementLine, by: StatementHead['by']): string[] {
  const { recordedAt, effectiveAt, type, reference, description, amount, currency, balanceAfter } = line;
  const other = line.counterparty ?? line.account;
  const time = by === 'effective' ? (effectiveAt ?? recordedAt) : recordedAt;
  const said = [reference, description].filter((text) => text !== null).join(', ');
  return [
    time.slice(0, 19).replace('T', ' '),
    other === null ? type : `${type} ${other}`,
    ...[said, `${amount} ${currency}`, `${balanceAfter} ${currency}`],
  ];
}
