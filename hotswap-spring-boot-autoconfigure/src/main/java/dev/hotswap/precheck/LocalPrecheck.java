package dev.hotswap.precheck;

import dev.hotswap.HandoffPrecheck;
import org.jspecify.annotations.Nullable;

/**
 * A precheck that only looks at this process and its machine, and is quick. It may be
 * asked at any time.
 *
 * @since 0.1.0
 */
public sealed interface LocalPrecheck extends HandoffPrecheck
		permits ContainerPrecheck, DescriptorPrecheck, DiskPrecheck, MemoryPrecheck, SharedResourcesPrecheck {

	@Override
	@Nullable String refuse();

}
