-- The language of the invitation's mail, and the initial language of the person who accepts it.
ALTER TABLE invitation ADD COLUMN locale TEXT NOT NULL DEFAULT 'en';

-- Everyone had 'en', whether chosen or not, and the interface followed the browser. '' now means that the person has
-- not chosen a language; a choice already made is still stored in the browser.
UPDATE user SET locale = '' WHERE locale = 'en';
