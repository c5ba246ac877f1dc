/*!40101 SET foreign_key_checks = 0 */;
CREATE TABLE notes (text TEXT, at TIMESTAMP) ENGINE = MyISAM CHARSET = utf8;
INSERT INTO notes (text) VALUES (@greeting);
START TRANSACTION;
TRUNCATE TABLE users;
COMMIT;
CALL tidy();
-- muster: down
DROP TABLE notes;
