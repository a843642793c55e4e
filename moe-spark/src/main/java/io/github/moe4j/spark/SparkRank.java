package io.github.moe4j.spark;

import io.github.moe4j.core.group.Group;

/**
 * A rank of a barrier stage.
 *
 * @param group of all ranks, seen from this one
 * @param attempt how often all ranks have failed before, from 0: after a failure a body resumes from its last checkpoint
 */
public record SparkRank(Group group, int attempt) {}
