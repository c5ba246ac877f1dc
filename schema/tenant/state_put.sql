-- From now on only a daemon with this epoch or a later one writes here. An older one
-- changes nothing.
insert into muster_state (id, epoch, updated_at)
values (1, :epoch, utc_timestamp(3))
on duplicate key update updated_at = if(epoch <= :epoch, utc_timestamp(3), updated_at),
	epoch = greatest(epoch, :epoch)
