-- How far a file has come, in the words of any session: nothing here depends on the
-- character set that the file may have set.
update muster_history
set state = :state, statements_done = :done, done_digest = :digest, in_flight = :in_flight,
	epoch = :epoch, error = '', finished_at = if(:state = 'applied', utc_timestamp(3), null),
	chain = if(:state = 'applied', null, chain)
where version = convert(unhex(:version) using utf8mb4)
and exists (select 1 from muster_state where id = 1 and epoch <= :epoch)
