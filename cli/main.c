#include "call.h"

int main(int argc, char **argv)
{
	return call_main(argc, argv);
}
