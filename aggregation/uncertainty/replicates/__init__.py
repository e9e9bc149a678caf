"""A result again and again, of other draws of its items or groups."""
