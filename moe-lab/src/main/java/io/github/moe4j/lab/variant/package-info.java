/**
 * What the lab compares: models made of a router, a balance, a capacity rule and a kind of experts.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab.variant;

import org.jspecify.annotations.NullMarked;
