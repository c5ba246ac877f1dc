-- One label of a server.
insert into server_label (server_id, key, value)
values (:id, :key, :value)
