// unusual: Java, one thread that looks at every deadline 100 times a second
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

class Main {
    static final long LIMIT = 400_000_000;
    static final int LINE = 4096;

    static class Client {
        SocketChannel channel;
        ByteBuffer held = ByteBuffer.allocate(2 * LINE);
        ByteBuffer answer;
        long until = System.nanoTime() + LIMIT;
    }

    static Selector waiting;

    public static void main(String[] args) throws IOException {
        String[] address = args[args.length - 1].split(":");
        waiting = Selector.open();
        var server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(address[0], Integer.parseInt(address[1])), 128);
        server.configureBlocking(false);
        server.register(waiting, SelectionKey.OP_ACCEPT);
        while (true) {
            waiting.select(10);
            for (SelectionKey key : waiting.selectedKeys()) {
                if (key.attachment() instanceof Client client) {
                    try {
                        serve(client, key);
                    } catch (IOException error) {
                        client.channel.close();
                    }
                } else {
                    SocketChannel channel = server.accept();
                    if (channel != null) {
                        var client = new Client();
                        client.channel = channel;
                        channel.configureBlocking(false);
                        channel.register(waiting, SelectionKey.OP_READ, client);
                    }
                }
            }
            waiting.selectedKeys().clear();
            for (SelectionKey key : new ArrayList<>(waiting.keys())) {
                if (key.attachment() instanceof Client client && System.nanoTime() > client.until) {
                    client.channel.close();
                }
            }
        }
    }

    static void serve(Client client, SelectionKey key) throws IOException {
        if (client.answer == null && client.channel.read(client.held) < 0) {
            throw new EOFException();
        }
        while (true) {
            if (client.answer != null) {
                client.channel.write(client.answer);
                if (client.answer.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_WRITE);
                    return;
                }
                client.answer = null;
                client.until = System.nanoTime() + LIMIT;
                key.interestOps(SelectionKey.OP_READ);
            }
            int count = client.held.position();
            int end = 0;
            while (end < count && client.held.get(end) != '\n') {
                end++;
            }
            if (end > LINE) {
                throw new IOException("too long");
            }
            if (end == count) {
                return;
            }
            byte[] line = Arrays.copyOf(client.held.array(), end + 1);
            client.held.flip().position(end + 1);
            client.held.compact();
            if (Arrays.equals(line, "who\n".getBytes(StandardCharsets.US_ASCII))) {
                line = (here() + "\n").getBytes(StandardCharsets.US_ASCII);
            }
            client.answer = ByteBuffer.wrap(line);
            client.until = System.nanoTime() + LIMIT;
        }
    }

    static long here() {
        return waiting.keys().stream().filter(key -> key.isValid() && key.attachment() != null).count();
    }
}
