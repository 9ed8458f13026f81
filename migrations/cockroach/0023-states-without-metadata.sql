-- A wallet's state no longer holds its metadata: that is in the opening event, and up to 50 KB of it were written with each
-- balance. Small states are rewritten with the wallet's next event; large ones here, so that no page of rows is large. JSON
-- escapes the quotation marks of every text, so each of the two patterns can only be the key itself.

UPDATE wallet_balances
SET state = substr(state, 1, strpos(state, ',"metadata":{') - 1) || substr(state, strpos(state, ',"balances":{')), state_version = 2
WHERE state_version = 1 AND octet_length(state) > 2000
  AND strpos(state, ',"metadata":{') > 0 AND strpos(state, ',"balances":{') > strpos(state, ',"metadata":{');

UPDATE statement_wallets
SET state = substr(state, 1, strpos(state, ',"metadata":{') - 1) || substr(state, strpos(state, ',"balances":{')), state_version = 2
WHERE state_version = 1 AND octet_length(state) > 2000
  AND strpos(state, ',"metadata":{') > 0 AND strpos(state, ',"balances":{') > strpos(state, ',"metadata":{');

UPDATE wallet_snapshots
SET state = substr(state, 1, strpos(state, ',"metadata":{') - 1) || substr(state, strpos(state, ',"balances":{')), state_version = 2
WHERE state_version = 1 AND octet_length(state) > 2000
  AND strpos(state, ',"metadata":{') > 0 AND strpos(state, ',"balances":{') > strpos(state, ',"metadata":{');
