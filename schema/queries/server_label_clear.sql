-- All labels of a server go.
delete from server_label
where server_id = :id
