-- A migration that this tenant has not seen yet. Nothing happens when a newer daemon has
-- taken the tenant.
insert into muster_history (version, name, checksum, state, statements_done, statements_total,
	done_digest, in_flight, fingerprint_before, rollout, epoch, error, started_at,
	finished_at, chain)
select :version, :name, :checksum, :state, :done, :total,
	:digest, :in_flight, :fingerprint, :rollout, :epoch, :error, utc_timestamp(3),
	if(:state = 'applied', utc_timestamp(3), null), nullif(:chain, '')
from muster_state
where id = 1 and epoch <= :epoch
