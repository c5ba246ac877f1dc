-- What a hook has printed, with the newest event.
insert into event_output (event_id, output, lost)
values ((select max(id) from event), :output, :lost)
