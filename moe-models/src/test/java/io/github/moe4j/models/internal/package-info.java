@NullMarked
package io.github.moe4j.models.internal;

import org.jspecify.annotations.NullMarked;
