@NullMarked
package io.github.moe4j.models.adapter;

import org.jspecify.annotations.NullMarked;
