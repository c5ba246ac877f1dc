ALTER TABLE customers DROP COLUMN birthday;
