/** Shared by the packages of models: not an API. */
@NullMarked
package io.github.moe4j.models.internal;

import org.jspecify.annotations.NullMarked;
