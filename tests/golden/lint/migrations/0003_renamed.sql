-- muster: allow=MU103 reason="nothing has read it since 7.2"
ALTER TABLE users DROP COLUMN birthday;
ALTER TABLE users RENAME COLUMN region TO area;
-- muster: allow=MU101 reason="a line that lets nothing pass"
ALTER TABLE orders MODIFY total DECIMAL(10,2);
