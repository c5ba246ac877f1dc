INSERT INTO users (name) VALUES ('it's late');
