export { CertificateRefused, checkCertificate } from './certificate-check.js';
export { examine, NothingToExamine, type Examined, type ExamineOptions } from './examine.js';
export { INVARIANTS, type Finding, type Report } from './finding.js';
export type { Part } from './scope.js';
export type { Page, PageCheck, WalletSlice } from './wallets/page.js';
export type { JudgedEvent, WalletHomes } from './wallets/wallet-fold.js';
