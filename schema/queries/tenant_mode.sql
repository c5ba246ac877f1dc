-- How far a tenant is closed or opened.
update tenant
set mode = :mode
where id = :id
