// unusual: Java, whose garbage is collected late, with two threads a guest
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

class Main {
    static final int LINE = 4096;
    static final byte[] END = {};
    static final Map<Socket, BlockingQueue<byte[]>> ROOM = new HashMap<>();

    public static void main(String[] args) throws IOException {
        String[] address = args[args.length - 1].split(":");
        var server = new ServerSocket(Integer.parseInt(address[1]), 128, InetAddress.getByName(address[0]));
        System.out.println("the room is open");
        while (true) {
            Socket socket = server.accept();
            new Thread(() -> visit(socket)).start();
        }
    }

    static void visit(Socket socket) {
        BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(200);
        synchronized (ROOM) {
            ROOM.put(socket, queue);
            queue.add(("here: " + ROOM.size() + "\n").getBytes());
        }
        new Thread(() -> write(socket, queue)).start();
        try {
            var in = new BufferedInputStream(socket.getInputStream());
            byte[] line = new byte[LINE + 1];
            int count = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (count == LINE && next != '\n') {
                    socket.close();
                    return;
                }
                line[count++] = (byte) next;
                if (next == '\n') {
                    tellOthers(socket, Arrays.copyOf(line, count));
                    count = 0;
                }
            }
        } catch (IOException error) {
            System.out.println(error);
        } finally {
            synchronized (ROOM) {
                ROOM.remove(socket);
            }
            if (!queue.offer(END)) {
                close(socket);
            }
        }
    }

    static void write(Socket socket, BlockingQueue<byte[]> queue) {
        try (socket) {
            for (byte[] line = queue.take(); line != END; line = queue.take()) {
                socket.getOutputStream().write(line);
            }
        } catch (IOException | InterruptedException error) {
            System.out.println(error);
        }
    }

    static void tellOthers(Socket me, byte[] line) {
        synchronized (ROOM) {
            long until = System.nanoTime() + 250_000_000;
            ROOM.entrySet().removeIf(guest -> guest.getKey() != me && !takes(guest, line, until));
        }
    }

    static boolean takes(Map.Entry<Socket, BlockingQueue<byte[]>> guest, byte[] line, long until) {
        try {
            if (guest.getValue().offer(line, until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return true;
            }
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
        close(guest.getKey());
        return false;
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException error) {
            System.out.println(error);
        }
    }
}
