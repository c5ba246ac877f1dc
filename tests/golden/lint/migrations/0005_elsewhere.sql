GRANT SELECT ON reports.* TO reader;
SELECT 'größer', COUNT(*) FROM other.users;
