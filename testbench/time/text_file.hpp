/* SPDX-License-Identifier: Apache-2.0 */
/* A FILE in memory, for what writes to a FILE; and temporary files that go away. */
#ifndef TIME_TEXT_FILE_HPP
#define TIME_TEXT_FILE_HPP

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

/** Collects what is written to `file`. */
class text_file
{
public:
    text_file() : file(open_memstream(&data, &size))
    {
        if (!file)
            throw std::runtime_error("open_memstream");
    }
    ~text_file()
    {
        std::fclose(file);
        std::free(data);
    }
    text_file(const text_file &) = delete;
    text_file &operator=(const text_file &) = delete;

    std::string text()
    {
        std::fflush(file);
        return std::string(data, size);
    }

private:
    char *data = nullptr;
    size_t size = 0;

public:
    FILE *file;
};

/** A file with a name of its own, removed at the end. */
class temporary_file
{
public:
    explicit temporary_file(const std::string &suffix = "")
    {
        const char *dir = std::getenv("TMPDIR");
        name = std::string(dir ? dir : "/tmp") + "/gictlm-time-" + std::string(6, 'X') + suffix;
        int fd = mkstemps(name.data(), static_cast<int>(suffix.size()));
        if (fd < 0)
            throw std::runtime_error("mkstemps");
        close(fd);
    }
    ~temporary_file()
    {
        std::remove(name.c_str());
    }
    temporary_file(const temporary_file &) = delete;
    temporary_file &operator=(const temporary_file &) = delete;

    const char *path() const
    {
        return name.c_str();
    }
    void write(const std::string &text) const
    {
        std::ofstream(name, std::ios::binary) << text;
    }
    std::string read() const
    {
        std::ostringstream out;
        out << std::ifstream(name, std::ios::binary).rdbuf();
        return out.str();
    }

private:
    std::string name;
};

#endif
