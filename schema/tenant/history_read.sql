-- One round trip before any work: every row of the history in the order it was
-- written, beside who may write and whether the server takes writes at all. No row
-- when the history is empty: history_state.sql then.
select version, checksum, state, statements_done, statements_total, done_digest, in_flight,
	fingerprint_before, if(state = 'applied', null, chain), error, (select epoch from muster_state where id = 1), @@global.read_only
from muster_history
order by seq
