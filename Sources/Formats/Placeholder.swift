// The first file of this target stands here until its first type does.
