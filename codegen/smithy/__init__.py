"""Reader of the Smithy IDL 2.0 subset that Berth's api/ folder uses."""
