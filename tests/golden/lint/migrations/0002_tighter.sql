ALTER TABLE users
	MODIFY name VARCHAR(20) NOT NULL,
	MODIFY email VARCHAR(200) NOT NULL,
	MODIFY state ENUM('new','open','done') NOT NULL DEFAULT 'open',
	ADD COLUMN region VARCHAR(8) NOT NULL,
	ADD UNIQUE KEY email (email);
UPDATE users SET region = 'eu';
