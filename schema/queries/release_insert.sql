-- A new release.
insert into release (name, format, checksum, migrations, last_version, created_at)
values (:name, :format, :checksum, :migrations, :last_version, :created_at)
