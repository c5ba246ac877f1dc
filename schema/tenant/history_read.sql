-- One round trip before any work: every row of the history in the order it was
-- written, beside who may write and whether the server takes writes at all. One row
-- with a null version when the history is empty.
select h.version, h.checksum, h.state, h.statements_done, h.statements_total, h.done_digest,
	h.in_flight, h.error, s.epoch, @@global.read_only
from (select 1 as one) as always
left join muster_state as s on s.id = always.one
left join muster_history as h on always.one = 1
order by h.seq
