import type { ProblemType } from './problem-type.js';

/** Problems of the request itself. The same request would fail again. */
export const REQUEST_TYPES = {
  bad_request: {
    ...{ status: 400, title: 'The request is malformed' },
    meaning: 'What arrived is not a request that HTTP allows.',
    remedy: 'Check the client, or the proxy in between. `detail` says what was wrong.',
  },
  invalid_request: {
    ...{ status: 400, title: 'The request does not have the expected form' },
    meaning: 'A field of the body, the query, the path or a header is missing, unknown or malformed.',
    remedy: '`errors` names each field, where it is and the reason. Correct these. The key has not been used.',
  },
  malformed_json: {
    ...{ status: 400, title: 'The body is not JSON' },
    meaning: 'The body is not strict JSON in UTF-8, has a key twice in one object, or is nested too deep.',
    remedy: 'Write the body with a JSON library.',
  },
  idempotency_key_missing: {
    ...{ status: 400, title: 'The header Idempotency-Key is missing' },
    meaning: 'Every POST needs a key, so that a repeat takes effect once.',
    remedy: 'Send `Idempotency-Key` with a new value for each command, and the same value on each repeat of it.',
  },
  idempotency_key_malformed: {
    ...{ status: 400, title: 'The header Idempotency-Key is malformed' },
    meaning: 'The key is too long, has characters that a key may not have, or was sent twice.',
    remedy: 'Send one key of 1 to 255 visible ASCII characters, such as a UUID.',
  },
  if_match_malformed: {
    ...{ status: 400, title: 'The header If-Match is malformed' },
    meaning: 'The header is not one version in quotes.',
    remedy: 'Send the value of `ETag` from an earlier answer, such as `"17"`.',
  },
  if_match_unsupported: {
    ...{ status: 400, title: 'This command takes no If-Match' },
    meaning: 'The command does not depend on the version of one wallet, so the condition could not be kept.',
    remedy: 'Leave `If-Match` out.',
  },
  invalid_cursor: {
    ...{ status: 400, title: 'The cursor is not valid' },
    meaning: 'The cursor was changed, belongs to another list, or to a build of the projection that was removed since.',
    remedy: 'Pass `nextCursor` on as it is, to the same list. Otherwise begin again with the first page.',
  },
  unknown_account: {
    ...{ status: 400, title: 'No such account of the outside' },
    meaning:
      'The `source` or `destination` is a name that was never defined. Nothing was written, and the key has not been used.',
    remedy: 'Check the name. An operator defines accounts with `POST /v1/accounts` or `tidemark accounts add`.',
  },
  unknown_region: {
    ...{ status: 400, title: 'No such region' },
    meaning: 'This installation has no region of that name. `detail` lists those that it has.',
    remedy: 'Send one of these.',
  },
  unauthenticated: {
    ...{ status: 401, title: 'A valid API key is needed' },
    meaning: 'The request has no API key, or one that is unknown or revoked.',
    remedy: 'Send `Authorization: Bearer tm_…`. An operator makes keys with `tidemark keys create`.',
  },
  foreign_host: {
    ...{ status: 403, title: 'Without API keys only this machine may ask' },
    meaning: 'The service has no API keys and answers this machine only. The header `Host` names another one.',
    remedy: 'Ask for `localhost` or `127.0.0.1`. To serve others, make an API key with `tidemark keys create`.',
  },
  foreign_origin: {
    ...{ status: 403, title: 'Without API keys no page of another host may ask' },
    meaning: 'The service has no API keys, and the request comes from a web page of another host (header `Origin`).',
    remedy: 'Open the page from this machine. To serve others, make an API key with `tidemark keys create`.',
  },
  insufficient_scope: {
    ...{ status: 403, title: 'The API key may not do this' },
    meaning: 'The API key is valid and does not have the scope that this endpoint needs. `detail` names the scope.',
    remedy: 'Use a key with that scope.',
  },
  not_found: {
    ...{ status: 404, title: 'Nothing is here' },
    meaning: 'No endpoint has this path.',
    remedy: 'Compare the path with `/openapi.json` or `/docs`.',
  },
  problem_not_found: {
    ...{ status: 404, title: 'No such error code' },
    meaning: 'No problem has the code in the path.',
    remedy: 'Find the code with `GET /problems`.',
  },
  account_not_found: {
    ...{ status: 404, title: 'No such account of the outside' },
    meaning: 'No account of that name was defined.',
    remedy: 'Find the names with `GET /v1/accounts`.',
  },
  fee_not_defined: {
    ...{ status: 404, title: 'No such fee schedule' },
    meaning: 'No fee schedule of the name in the path was defined.',
    remedy: 'Find the names with `GET /v1/fees`.',
  },
  projection_not_found: {
    ...{ status: 404, title: 'No such projection' },
    meaning: 'There is no projection of that name. `detail` lists those that there are.',
    remedy: 'Send one of these.',
  },
  operation_not_found: {
    ...{ status: 404, title: 'No such operation' },
    meaning: 'No operation has this id.',
    remedy: 'Use the `Location` of the answer that recorded the operation, or find it with `GET /v1/operations`.',
  },
  generation_not_found: {
    ...{ status: 404, title: 'The projection has no such generation' },
    meaning: 'The projection has no build of that number.',
    remedy: 'Find the builds with `GET /v1/operations/projections/{projection}`.',
  },
  certificate_not_found: {
    ...{ status: 404, title: 'The generation has no certificate' },
    meaning: 'The build is not complete yet, or followed the log from its start and was never rebuilt.',
    remedy: 'Wait until the rebuild is done, or ask for one.',
  },
  version_not_found: {
    ...{ status: 404, title: 'The wallet has no such version' },
    meaning: 'The wallet exists and has fewer events than the version in `at`.',
    remedy: 'Read the wallet without `at` to see its version.',
  },
  transfer_not_found: {
    ...{ status: 404, title: 'No such transfer' },
    meaning: 'No booked transfer has this id, or the projection has not seen it yet.',
    remedy: 'Name one of its wallets as `walletId`: then everything that is committed is searched.',
  },
  hold_not_found: {
    ...{ status: 404, title: 'The wallet has no such hold' },
    meaning: 'No open hold of the wallet has this id, and none that was placed within its newest 20,000 events.',
    remedy: 'Check the id. What happened before is in `GET /v1/wallets/{walletId}/events`.',
  },
  pending_movement_not_found: {
    ...{ status: 404, title: 'The wallet has no such pending movement' },
    meaning:
      'No open pending movement of the wallet has this id, and none that was announced within its newest 20,000 events.',
    remedy: 'Check the id. A movement that is booked is in `GET /v1/movements/{movementId}`.',
  },
  outcome_not_found: {
    ...{ status: 404, title: 'Nothing is stored under this idempotency key' },
    meaning: 'No command of this caller was answered under this key on this wallet, or it is still on its way.',
    remedy: 'Send the command again under the same key: it takes effect once.',
  },
  method_not_allowed: {
    ...{ status: 405, title: 'The method is not allowed here' },
    meaning: 'The path exists and does not answer this method. The header `Allow` lists those that it answers.',
    remedy: 'Use one of these.',
  },
  not_acceptable: {
    ...{ status: 406, title: 'No representation that is acceptable' },
    meaning: 'The endpoint cannot answer in any of the media types in `Accept`.',
    remedy: 'Send `Accept: application/json`, or leave the header out.',
  },
  request_timeout: {
    ...{ status: 408, title: 'The request took too long to arrive' },
    meaning: 'The request was not complete within the time that a sender has. It was not looked at.',
    remedy: 'Send it again, with the same key.',
  },
  position_not_reached: {
    ...{ status: 409, title: 'The log has not reached this position' },
    meaning: 'Nothing was committed at or after `minPosition` within 5 s. It may be of another database.',
    remedy: 'Pass on `position` of an earlier answer of this service, or leave `minPosition` out.',
  },
  time_not_reached: {
    ...{ status: 409, title: 'What was recorded up to this time is not complete yet' },
    meaning: 'The time lies in the future, or the clocks differ. A time is complete 5 s after it has passed.',
    remedy: 'Ask again after `Retry-After` seconds, or leave the time out to read the present.',
  },
  account_differs: {
    ...{ status: 409, title: 'The account is there already, with another description' },
    meaning:
      'An account of that name was defined with another description. `detail` has it. An account does not change.',
    remedy: 'Use the account as it is, or choose another name.',
  },
  body_too_large: {
    ...{ status: 413, title: 'The body is too large' },
    meaning: 'The body is larger than 64 KiB.',
    remedy: 'Send less in one request: at most 100 legs in one transfer.',
  },
  uri_too_long: {
    ...{ status: 414, title: 'The path is too long' },
    meaning: 'The path, or one part of it, is longer than any id.',
    remedy: 'Check the ids in the path.',
  },
  unsupported_media_type: {
    ...{ status: 415, title: 'The body is not application/json' },
    meaning: 'The header `Content-Type` is missing, or is not JSON in UTF-8.',
    remedy: 'Send `Content-Type: application/json`.',
  },
  expectation_failed: {
    ...{ status: 417, title: 'The expectation cannot be met' },
    meaning: 'The header `Expect` asks for something else than `100-continue`.',
    remedy: 'Leave the header out.',
  },
  idempotency_key_reused: {
    ...{ status: 422, title: 'The idempotency key was used for another request' },
    meaning: 'An earlier request had the same key and another body, path or condition. This one was not carried out.',
    remedy: 'Send the earlier request again to get its answer, or send this one under a new key.',
  },
  too_many_accounts: {
    ...{ status: 422, title: 'There are too many accounts of the outside' },
    meaning: 'An installation has 1,000 named accounts at most.',
    remedy: 'Use one of those that there are. What belongs to one customer is a wallet, not an account of the outside.',
  },
  statement_too_long: {
    ...{ status: 422, title: 'The statement would be too long' },
    meaning: 'One request may look at a bounded number of movements, and this range has more. `detail` has the bound.',
    remedy: 'Choose a shorter range with `from` and `to`, turn pages with `limit`, or ask by booking time.',
  },
  headers_too_large: {
    ...{ status: 431, title: 'The headers are too large' },
    meaning: 'The headers of the request are larger than 16 KiB together.',
    remedy: 'Send fewer or shorter headers.',
  },
} as const satisfies Record<string, ProblemType>;
