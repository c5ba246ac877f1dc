-- One file of a new release.
insert into release_file (release_id, name, content)
values (:release_id, :name, :content)
