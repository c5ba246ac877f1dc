-- A migration that this tenant has not seen yet.
insert into muster_history (version, name, checksum, state, statements_done, statements_total,
	done_digest, in_flight, rollout, epoch, error, started_at, finished_at)
values (:version, :name, :checksum, :state, :done, :total,
	:digest, :in_flight, :rollout, :epoch, :error, utc_timestamp(3),
	if(:state = 'applied', utc_timestamp(3), null))
