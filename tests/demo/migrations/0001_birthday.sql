-- The application greets its customers.
ALTER TABLE customers ADD COLUMN birthday DATE NULL;
