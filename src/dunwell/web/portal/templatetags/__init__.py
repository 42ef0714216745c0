"""Tags of the pay page's templates."""
