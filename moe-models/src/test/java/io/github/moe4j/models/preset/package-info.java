@NullMarked
package io.github.moe4j.models.preset;

import org.jspecify.annotations.NullMarked;
