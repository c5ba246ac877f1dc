-- From now on only a daemon with this epoch or a later one writes here.
insert into muster_state (id, epoch, updated_at)
values (1, :epoch, utc_timestamp(3))
on duplicate key update epoch = :epoch, updated_at = utc_timestamp(3)
