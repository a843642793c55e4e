/** Tests of the layouts with the reference cases, whose computation they do. */
@NullMarked
package io.github.moe4j.models.layout;

import org.jspecify.annotations.NullMarked;
