/** Tests of the layouts without reference cases: configs, errors, which layers are sparse. */
@NullMarked
package io.github.moe4j.models.layout;

import org.jspecify.annotations.NullMarked;
