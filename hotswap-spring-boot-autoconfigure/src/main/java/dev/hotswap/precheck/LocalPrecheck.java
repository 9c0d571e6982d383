package dev.hotswap.precheck;

import dev.hotswap.HandoffPrecheck;
import org.jspecify.annotations.Nullable;

/**
 * A precheck that only reads what the kernel says of this process and its limits, so that
 * it is quick and has no effect: it may be asked at any time.
 *
 * @since 0.1.0
 */
public sealed interface LocalPrecheck extends HandoffPrecheck
		permits ContainerPrecheck, DescriptorPrecheck, MemoryPrecheck {

	@Override
	@Nullable String refuse();

}
