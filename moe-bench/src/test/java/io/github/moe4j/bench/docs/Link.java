package io.github.moe4j.bench.docs;

/** A link or an image of a page, as it is written. */
record Link(int line, String target, boolean image) {}
