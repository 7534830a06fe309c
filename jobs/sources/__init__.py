"""What brings data in: the lake of files and the application's database."""
