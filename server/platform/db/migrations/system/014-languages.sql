-- The language of an invitation: its mail, and where who accepts it begins.
ALTER TABLE invitation ADD COLUMN locale TEXT NOT NULL DEFAULT 'en';

-- Everybody had 'en' whether they chose it or not, and the interface went by the browser alone. '' now says that a
-- person has not chosen; a browser in which they did remembers it by itself.
UPDATE user SET locale = '' WHERE locale = 'en';
