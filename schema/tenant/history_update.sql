-- A migration that has a row: it goes on, ends or stops. Nothing happens when a newer
-- daemon has taken the tenant.
update muster_history
set name = :name, checksum = :checksum, state = :state, statements_done = :done,
	statements_total = :total, done_digest = :digest, in_flight = :in_flight,
	fingerprint_before = :fingerprint, rollout = :rollout, epoch = :epoch, error = :error,
	finished_at = if(:state = 'applied', utc_timestamp(3), null),
	chain = if(:keep, chain, nullif(:chain, ''))
where version = :version
and exists (select 1 from muster_state where id = 1 and epoch <= :epoch)
