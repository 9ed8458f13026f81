export * from './commands.js';
export * from './events.js';
export * from './rejections.js';
export { balanceOf, evolve, initialState, type Balance, type Wallet } from './wallet.js';
export { CURRENCIES_MAX, decide, type AddressedEvent, type Decision, type Wallets } from './wallet.decider.js';
export { canonicalEvent, decodeEvent, encodeEvent, EventFromTheFuture, type EncodedEvent } from './event.codec.js';
export { decodeWallet, encodeWallet, STATE_VERSION } from './state.codec.js';
export {
  accountClassOf,
  accountOf,
  COUNTER_ACCOUNTS,
  postingsOf,
  walletOfAccount,
  type Account,
  type AccountClass,
  type CounterAccount,
  type Posting,
} from './postings.js';
export { unreachable } from './unreachable.js';
