package dev.hotswap.descriptor;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.newsclub.net.unix.AFUNIXSocketPair;
import org.newsclub.net.unix.AFUNIXSocketChannel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Descriptor}.
 */
class DescriptorTests {

	@Test
	void duplicateRefersToTheSameFileUnderAnotherNumber() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open();
				Descriptor first = Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor());
				Descriptor second = first.duplicate()) {
			assertThat(second.number()).isNotEqualTo(first.number());
			assertThat(ListeningSockets.socketInode(second.number()))
				.isEqualTo(ListeningSockets.socketInode(first.number()))
				.isPositive();
		}
	}

	@Test
	void closeReleasesTheNumber() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			Descriptor descriptor = Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor());
			int number = descriptor.number();
			descriptor.close();
			assertThat(descriptor.isClosed()).isTrue();
			assertThat(ListeningSockets.socketInode(number)).isEqualTo(-1);
		}
	}

	@Test
	void secondCloseDoesNotHitTheNextOwnerOfTheNumber() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			FileDescriptor source = pair.getSocket1().getFileDescriptor();
			Descriptor first = Descriptor.duplicateOf(source);
			FileDescriptor raw = first.fileDescriptor();
			int number = first.number();
			first.close();
			try (Descriptor next = Descriptor.duplicateOf(source)) {
				// The kernel gives out the lowest free number
				assertThat(next.number()).isEqualTo(number);
				first.close();
				assertThat(raw.valid()).isFalse();
				assertThat(ListeningSockets.socketInode(number)).isPositive();
			}
		}
	}

	@Test
	void closeDoesNotShutTheSharedDescriptionDown() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor()).close();
			assertThat(pair.getSocket1().write(ByteBuffer.wrap(new byte[] { 7 }))).isOne();
			ByteBuffer buffer = ByteBuffer.allocate(8);
			assertThat(pair.getSocket2().read(buffer)).isOne();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void socketIsMadeNonBlockingAndStaysAsItWas(boolean opened) throws Exception {
		try (ServerSocketChannel listener = ServerSocketChannel.open()
			.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
				SocketChannel client = SocketChannel.open(listener.getLocalAddress());
				SocketChannel connection = listener.accept();
				Descriptor exportedListener = ChannelDescriptors.export(listener);
				Descriptor exported = ChannelDescriptors.export(connection)) {
			for (Descriptor descriptor : List.of(exportedListener, exported)) {
				assertThat(isNonBlocking(descriptor)).isFalse();
				if (opened) {
					descriptor.setNonBlocking();
				}
				else {
					descriptor.setNonBlockingByUnixChannel();
				}
				assertThat(isNonBlocking(descriptor)).isTrue();
			}
			// What junixsocket made of the duplicates must not close their numbers, which
			// others may have by now
			List<Descriptor> others = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				others.add(exported.duplicate());
			}
			WeakReference<Object> collected = new WeakReference<>(new Object());
			await().until(() -> {
				System.gc();
				return collected.get() == null;
			});
			for (Descriptor other : others) {
				assertThat(ListeningSockets.socketInode(other.number())).isPositive();
				other.close();
			}
			assertThat(client.write(ByteBuffer.wrap(new byte[] { 7 }))).isOne();
			ByteBuffer buffer = ByteBuffer.allocate(8);
			await().until(() -> connection.read(buffer) == 1);
			assertThat(connection.write(ByteBuffer.wrap(new byte[] { 8 }))).isOne();
			assertThat(client.read(buffer)).isOne();
		}
	}

	/** See proc_pid_fdinfo(5): in octal. */
	private static boolean isNonBlocking(Descriptor descriptor) throws IOException {
		String flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor.number()))
			.stream()
			.filter((line) -> line.startsWith("flags:"))
			.findFirst()
			.orElseThrow();
		return (Integer.parseInt(flags.substring("flags:".length()).trim(), 8) & 04000) != 0;
	}

	@Test
	void numberOfADetachedDescriptorIsTheCallers() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			Descriptor descriptor = Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor());
			int number = descriptor.detach();
			assertThat(descriptor.isClosed()).isTrue();
			descriptor.close();
			long inode = ListeningSockets.socketInode(number);
			assertThat(inode).isPositive();
			try (Descriptor again = Descriptor.duplicateOf(number)) {
				assertThat(ListeningSockets.socketInode(again.number())).isEqualTo(inode);
			}
			assertThat(ListeningSockets.socketInode(number)).isEqualTo(inode);
			new io.netty.channel.unix.FileDescriptor(number).close();
			assertThat(ListeningSockets.socketInode(number)).isEqualTo(-1);
		}
	}

	@Test
	void closedDescriptorCannotBeUsed() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			Descriptor descriptor = Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor());
			descriptor.close();
			assertThatIllegalStateException().isThrownBy(descriptor::fileDescriptor);
			assertThatIllegalStateException().isThrownBy(descriptor::duplicate);
		}
	}

	@Test
	void invalidFileDescriptorCannotBeOwned() {
		assertThatIllegalArgumentException().isThrownBy(() -> Descriptor.own(new FileDescriptor()));
	}

}
