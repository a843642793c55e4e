/** What the lab compares: models made of a router, a balance, a capacity rule and a kind of experts. */
@NullMarked
package io.github.moe4j.lab.variant;

import org.jspecify.annotations.NullMarked;
