-- What the application began with.
CREATE TABLE users (
	id INT AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(100) NOT NULL DEFAULT '',
	email VARCHAR(200),
	state ENUM('open','done') NOT NULL DEFAULT 'open',
	birthday DATE
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
